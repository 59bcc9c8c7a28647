"""住所云按钮与面板: the button and the panel inside a foreign intake system."""
