"""The project's settings for tests: over plain HTTP, with a PostgreSQL that lasts as long as they.

Nothing of the developer's own installation is read or written, neither .env nor .local/. If the
environment has a DATABASE_URL, the test databases are made on that server.
"""

import atexit
import os
import shutil
import tempfile
import zoneinfo
from importlib import resources
from pathlib import Path

from clinic_site.local_postgres import database_url

if "CLINIC_TEST_FOLDER" not in os.environ:  # xdist's workers and servers under test share it
    os.environ["CLINIC_TEST_FOLDER"] = tempfile.mkdtemp(prefix="clinic-tests-")
    atexit.register(shutil.rmtree, os.environ["CLINIC_TEST_FOLDER"], ignore_errors=True)
LOCAL_DIR = Path(os.environ["CLINIC_TEST_FOLDER"])
if "DATABASE_URL" not in os.environ:
    os.environ["DATABASE_URL"] = database_url(LOCAL_DIR / "postgres", kept=False)

# Alberta keeps one time all year from the end of 2026; some machines know that and some do not yet.
# The tests' clinic goes on changing its clocks, as Denver does on the same days.
EDMONTON = LOCAL_DIR / "zones" / "America" / "Edmonton"
EDMONTON.parent.mkdir(parents=True, exist_ok=True)
EDMONTON.write_bytes((resources.files("tzdata.zoneinfo.America") / "Denver").read_bytes())
zoneinfo.reset_tzpath(to=[str(LOCAL_DIR / "zones"), *zoneinfo.TZPATH])
zoneinfo.ZoneInfo.clear_cache()

os.environ |= {
    "DEBUG": "true",
    "SECRET_KEY": "only for tests, and as long as a real one has to be at the very least",
    "HEALTH_KEYS": "test:" + 43 * "k" + "=",
    "SITE_ORIGIN": "http://localhost",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "TIME_ZONE": "America/Edmonton",
    "PHONE_REGION": "CA",
    "EMAIL_HOST": "",
    "DEFAULT_FROM_EMAIL": "Rowan Street Physiotherapy <desk@rowanstreet.example.com>",
    "LOG_LEVEL": "INFO",
}

from clinic_site.settings import *  # noqa: E402, F403 - reads what was just set

LOCAL_DIR = Path(os.environ["CLINIC_TEST_FOLDER"])
EMAIL_FILE_PATH = LOCAL_DIR / "mail"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# As patients meet it: DEBUG only chose plain HTTP and unhashed static files above.
DEBUG = False
MEDIA_ROOT = LOCAL_DIR / "media"
STATIC_ROOT = LOCAL_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# A file is looked for when it is asked for: each test's client would list them all anew.
WHITENOISE_AUTOREFRESH = True

# The real one is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# All of the tests' people come from one address; tests of the limits turn them on.
ATTEMPT_LIMITS_ON = False

# Proofs take their long form.
PROVE = os.environ.get("PROVE") == "1"
