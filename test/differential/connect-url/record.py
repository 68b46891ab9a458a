"""Writes expected.json: what PySpark's own Connect client reads in each URL of urls.json.

    python3 record.py > expected.json        (pyspark[connect] 4.3)
"""

import json
import os
from pathlib import Path

from pyspark import __version__
from pyspark.sql.connect.client.core import DefaultChannelBuilder

AGENT_TAIL = f" spark/{__version__} "


def read(url, token):
    os.environ.pop("SPARK_CONNECT_AUTHENTICATE_TOKEN", None)
    if token is not None:
        os.environ["SPARK_CONNECT_AUTHENTICATE_TOKEN"] = token
    try:
        builder = DefaultChannelBuilder(url)
        options = dict(builder._effective_channel_options())
        agent = builder.userAgent.split(AGENT_TAIL)[0]
        return {
            "endpoint": builder.endpoint,
            # A token for localhost goes over a connection without TLS that must end on this machine.
            "tls": builder.secure and (builder.use_ssl or builder._host != "localhost"),
            "token": builder.token,
            "userId": builder.userId,
            "userAgent": None if agent == "_SPARK_CONNECT_PYTHON" else agent,
            "sessionId": builder.session_id,
            "headers": dict(builder.metadata()),
            "keepalive": [
                options.get("grpc.keepalive_time_ms"),
                options.get("grpc.keepalive_timeout_ms"),
                options.get("grpc.keepalive_permit_without_calls"),
            ],
        }
    except Exception as error:
        return {"error": type(error).__name__}


urls = json.loads(Path(__file__).with_name("urls.json").read_text())
answers = [{"url": url, "given": token, **read(url, token)} for url, token in urls]
print(json.dumps({"pyspark": __version__, "answers": answers}, indent=1))
