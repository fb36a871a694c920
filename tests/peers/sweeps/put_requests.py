import os

import requests

answer = requests.put(os.environ["RETAPE_URL"] + "/file", data=b"x" * 4_000_000)
answer.raise_for_status()
print(answer.text)
