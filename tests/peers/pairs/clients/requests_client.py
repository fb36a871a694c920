"""requests. usage: requests_client.py URL"""

import hashlib
import sys

import requests

url = sys.argv[1]
with requests.Session() as session:
    for path in ("/small.txt", "/big.bin", "/missing", "/page.html"):
        response = session.get(url + path)
        print(path, response.status_code, response.headers.get("content-type"), hashlib.sha256(response.content).hexdigest())
    response = session.get(url + "/big.bin", headers={"Range": "bytes=5-20"})
    print(response.status_code, response.headers["content-range"], response.content)
