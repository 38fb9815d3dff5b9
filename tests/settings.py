"""The project's settings for tests: over plain HTTP, with a PostgreSQL that lasts as long as they.

Nothing of the developer's own installation is read or written, neither .env nor .local/. If the
environment has a DATABASE_URL, the test databases are made on that server.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from clinic_site.local_postgres import database_url

if "CLINIC_TEST_FOLDER" not in os.environ:  # xdist's workers and servers under test share it
    os.environ["CLINIC_TEST_FOLDER"] = tempfile.mkdtemp(prefix="clinic-tests-")
    atexit.register(shutil.rmtree, os.environ["CLINIC_TEST_FOLDER"], ignore_errors=True)
LOCAL_DIR = Path(os.environ["CLINIC_TEST_FOLDER"])
if "DATABASE_URL" not in os.environ:
    os.environ["DATABASE_URL"] = database_url(LOCAL_DIR / "postgres", kept=False)
os.environ |= {
    "DEBUG": "true",
    "SECRET_KEY": "only for tests, and as long as a real one has to be at the very least",
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
STATIC_ROOT = LOCAL_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_AUTOREFRESH = False

# The real one is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Proofs take their long form.
PROVE = os.environ.get("PROVE") == "1"
