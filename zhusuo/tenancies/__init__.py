"""入驻: who is in which unit, from moving in to moving out."""
