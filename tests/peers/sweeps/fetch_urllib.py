"""What most scripts do without any package: get a document, take something out of it."""

import json
import os
import urllib.request

with urllib.request.urlopen(os.environ["RETAPE_URL"] + "/user.json") as answer:
    print(json.load(answer)["name"])
