"""nginx as a file server and as a proxy, one worker."""

import resource

from bench import load
from harness import ports, servers

COMMON = """
daemon off; master_process off; pid {room}/nginx.pid; error_log /dev/null;
worker_rlimit_nofile {files};
events {{ worker_connections 1024; }}
http {{
  access_log off; default_type text/plain; sendfile on; tcp_nodelay on;
  keepalive_requests 1000000000; keepalive_timeout 600s;
  client_body_temp_path {room}/b; proxy_temp_path {room}/p; fastcgi_temp_path {room}/f; uwsgi_temp_path {room}/u; scgi_temp_path {room}/s;
  {more}
}}
"""
FILES = """
  open_file_cache max={cache} inactive=1h; open_file_cache_valid 1h;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
"""
PROXY = """
  upstream origin {{ server 127.0.0.1:{upstream}; keepalive 64; }}
  server {{ listen 127.0.0.1:{port}; location / {{
    proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
  }} }}
"""


def files(place, root, exchanges):
    port = ports.any_port()
    return start(place, port, FILES.format(cache=min(exchanges, open_files() // 2), port=port, root=root))


def proxy(place, upstream):
    port = ports.any_port()
    return start(place, port, PROXY.format(port=port, upstream=upstream))


def start(place, port, more):
    configuration = place / f"nginx-{port}.conf"
    configuration.write_text(COMMON.format(room=place, files=open_files(), more=more))
    return load.Contender([servers.nginx_binary(), "-p", place, "-c", configuration], port)


def open_files():
    """As many as nginx may open without asking for more."""
    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 250_000)
