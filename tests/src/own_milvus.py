"""Starts a Milvus as the local engines have one, alone, and says its URL. In the folder of the local engines' scripts.

The folder of its data and its port stand in WHALE_LOCAL and WHALE_MILVUS_PORT; `local.py down` ends it.
"""

import sys

sys.path.insert(0, ".")
import config  # noqa: E402 - from there
import install  # noqa: E402
import local  # noqa: E402
import milvus  # noqa: E402

folder = config.local_dir()
passwords = config.credentials(folder)
local.say = lambda text: None  # What is printed is the URL.
local.bring_up("milvus", folder, passwords, install.install(list(milvus.PACKAGES)))
print(config.url("milvus", config.port("milvus"), passwords["milvus"]))
