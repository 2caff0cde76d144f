"""The parts of the safe HTTP client; `hub.fetch` is its door.

`questions` are the values that go in and come out, `client` is who asks, `errand` one question with its tries and
redirects. What each needs has a file of its own: `credentials` and `tokens`, `hosts` (how many at once), `patience`
(when again), `headers` (what an answer says of itself), `bodies` (what came), `urls`.
"""
