"""Whether a program hears what is said to all.

On Redis a worker that says it is ready subscribes a moment later. What is said to all until
then it never hears.
"""

import psutil
import redis


def hears(pid: int, broker_url: str) -> bool:
    """Tell whether the process has subscribed, where it must."""
    if not broker_url.startswith("redis"):
        return True
    ports = {each.laddr.port for each in psutil.Process(pid).net_connections("tcp") if each.laddr}
    with redis.Redis.from_url(broker_url) as client:
        subscribed = [each for each in client.client_list() if int(each["psub"]) + int(each["sub"])]
    return any(int(each["addr"].rpartition(":")[2]) in ports for each in subscribed)
