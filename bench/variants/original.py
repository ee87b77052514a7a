"""The original's way with boto3: shards one after another into memory, one PutObject, a presigned link."""

import json
import os
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
from botocore.config import Config

BUCKET = os.environ["AUDITFORGE_SHARED_BUCKET"]
PATH = re.compile(r"^/auditforge/engagement/([\w-]+)/audit-log\?")

s3 = boto3.client(
    "s3",
    endpoint_url=os.environ["AUDITFORGE_S3_ENDPOINT"],
    region_name=os.environ["AWS_REGION"],
    config=Config(
        s3={"addressing_style": "path"},
        signature_version="s3v4",
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    ),
)


def export(engagement_id):
    shards = []
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix=f"auditforge/audit/{engagement_id}/"
    )
    for page in pages:
        for entry in page.get("Contents", []):
            shards.append(s3.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read())
    log = b"".join(shards)
    key = f"auditforge/exports/{engagement_id}-{os.getpid()}-{time.time_ns()}.jsonl"
    s3.put_object(Bucket=BUCKET, Key=key, Body=log, ContentType="application/x-ndjson")
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=600
    )
    return {"signed_url": url, "s3_key": key, "size_bytes": len(log)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        found = PATH.match(self.path)
        try:
            status, answer = (200, export(found[1])) if found else (404, {})
        except Exception as error:
            status, answer = 500, {"error": repr(error)}
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
