"""What most scripts do: get a document, take something out of it."""

import os

import requests

answer = requests.get(os.environ["RETAPE_URL"] + "/user.json")
print(answer.json()["name"])
