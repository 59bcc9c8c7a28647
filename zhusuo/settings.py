"""设置: the environment, read once into one frozen Settings that complains about everything at once."""

import secrets
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every variable starts with ZHUSUO_; the README's table names them all (a test compares)."""

    model_config = SettingsConfigDict(env_prefix="ZHUSUO_", frozen=True, extra="ignore")

    home: Path = Field(Path("var"), description="试用安装写入的一切都在这里")
    listen: str = Field("127.0.0.1:8000", description="网页进程监听的地址和端口")
    public_url: str = Field("", description="对外的网址，写进二维码和票据；空则由 LISTEN 得出")
    district: str = Field("310104", description="本安装所属的区（统计用区划代码）")

    database_url: str = Field("", description="PostgreSQL ≥ 18 的地址；空则启动内置的 PostgreSQL")
    database_connections: int = Field(16, ge=2, le=200, description="每个进程的连接数上限")

    s3_endpoint: str = Field("", description="对象存储的 host:port；空则启动内置的 S3")
    s3_access_key: str = Field("", description="对象存储的访问键")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="对象存储的密钥")
    s3_bucket: str = Field("zhusuo", description="桶")
    s3_region: str = Field("cn-east-1", description="区域")
    s3_secure: bool = Field(False, description="是否用 TLS 连接对象存储")

    secure_cookies: bool = Field(False, description="只在 HTTPS 上发送会话 Cookie；生产环境必须打开")
    session_idle_minutes: int = Field(45, ge=5, description="无操作多久后自动退出")
    session_hours: int = Field(12, ge=1, description="登录最长有效时间")

    upload_limit_mb: int = Field(300, ge=1, description="单个文件的上限")
    free_space_mb: int = Field(2048, ge=0, description="磁盘剩余空间低于此值时拒绝上传")
    readers: int = Field(1, ge=1, le=64, description="每个后台进程同时识别几件材料")
    page_limit: int = Field(500, ge=1, description="单件材料的页数上限")
    page_seconds: int = Field(90, ge=5, description="单页识别的时间上限")

    hold_days: int = Field(30, ge=1, description="调用后为申请人保留单元的天数")
    correction_days: int = Field(10, ge=1, description="退回补正的期限（工作日）")
    claim_minutes: int = Field(30, ge=1, description="审批员领件后独占的时间")

    signing_key_file: Path | None = Field(None, description="凭证签名私钥（Ed25519 PEM）；空则在 HOME 中生成")
    checkpoint_dir: Path | None = Field(None, description="留痕检查点的库外副本；空则放在 HOME 中")
    roads_file: Path | None = Field(
        None, description="本安装自己的路名表，由 zhusuo lexicon --apply 写入；空则用 HOME 中的 roads.txt（可以没有）"
    )
    frame_origins: str = Field("", description="允许内嵌住所云页面的站点，逗号分隔；空则取各接入系统登记的站点")
    log_level: str = Field("info", description="日志级别")

    @field_validator("listen")
    @classmethod
    def _listen_has_a_port(cls, value: str) -> str:
        host, colon, port = value.rpartition(":")
        if not host or not colon or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError("写成 主机:端口，例如 127.0.0.1:8000")
        return value

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0]

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def url(self) -> str:
        """Where people reach us, without a slash at the end."""
        return (self.public_url or f"http://{self.listen}").rstrip("/")

    @property
    def checkpoints(self) -> Path:
        return self.checkpoint_dir or self.home / "checkpoints"

    @property
    def own_roads(self) -> Path:
        """Where the installation keeps its own roads."""
        return self.roads_file or self.home / "roads.txt"

    @property
    def roads(self) -> Path | None:
        """Its own roads, as far as there are any: a file that was named must be there."""
        return self.own_roads if self.roads_file or self.own_roads.exists() else None

    @property
    def signing_key(self) -> Path:
        return self.signing_key_file or self.home / "signing.pem"


def new_token(bytes_: int = 32) -> str:
    """A secret nobody can guess, safe in URLs and headers."""
    return secrets.token_urlsafe(bytes_)
