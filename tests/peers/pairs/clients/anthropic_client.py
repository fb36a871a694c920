"""The anthropic SDK, streaming. usage: anthropic_client.py URL"""

import sys

from anthropic import Anthropic

client = Anthropic(base_url=sys.argv[1], api_key="not-a-key", max_retries=0)
with client.messages.stream(model="fake", max_tokens=100, messages=[{"role": "user", "content": "What is replay?"}]) as stream:
    for event in stream:
        print(event.type, event.model_dump_json(exclude_none=True))
    print(stream.get_final_text())
