"""不变量: what must hold at every moment, whatever was clicked, killed or unplugged. `zhusuo check` asks them all."""
