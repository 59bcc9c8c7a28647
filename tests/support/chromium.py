"""Brings a Chromium where there is none: Debian's package where we may install it, else the one of playwright."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")


def main() -> None:
    """Do nothing if there is one; say what to do if neither way works."""
    if any(shutil.which(name) for name in NAMES):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment)
        found = subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], check=False, env=environment
        )
        if found.returncode == 0:
            return
    if subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode != 0:
        sys.exit("浏览器测试需要 Chromium：请安装系统的 chromium 包后再运行 make test。")


if __name__ == "__main__":
    main()
