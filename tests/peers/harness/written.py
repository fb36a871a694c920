def cassette(case): raise NotImplementedError
def rules(case): return ""
