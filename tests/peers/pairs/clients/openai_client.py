"""The openai SDK, streaming. usage: openai_client.py URL"""

import sys

from openai import OpenAI

client = OpenAI(base_url=sys.argv[1] + "/v1", api_key="not-a-key", max_retries=0)
stream = client.chat.completions.create(model="fake", messages=[{"role": "user", "content": "What is replay?"}], stream=True)
for event in stream:
    print(event.model_dump_json(exclude_none=True))
