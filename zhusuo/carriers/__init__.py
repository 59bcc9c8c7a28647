"""载体: the buildings, parks, markets and roads where businesses are registered, and the units 房屋单元 in them."""
