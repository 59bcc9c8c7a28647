"""日志: a traceback says where something went wrong, never with whose token or papers."""

import pytest
import structlog

from zhusuo import logs


def test_the_values_at_hand_stay_out_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    try:
        token = "a-session-" + "token"
        raise ValueError(len(token))
    except ValueError:
        structlog.get_logger().exception("unhandled")
    finally:
        structlog.reset_defaults()
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "a-session-token" not in said
