# One image for web, worker and beat: compose.yml gives each its command.
FROM python:3.13-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements/run.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY . .

ENV PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    STATIC_ROOT=/app/collected \
    VAR_DIR=/data
# The build has no secrets: what collectstatic makes for itself stays in a throw-away folder.
RUN VAR_DIR=/tmp/build python manage.py collectstatic --noinput -v0 \
    && rm -rf /tmp/build \
    && useradd --system --uid 10001 --no-create-home sincerely \
    && install -d -o sincerely -g sincerely -m 700 /data
USER sincerely
VOLUME /data
EXPOSE 8000

# No access log: it would hold the addresses of supporters.
CMD ["gunicorn", "campaign.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "8", \
     "--worker-tmp-dir", "/dev/shm", "--max-requests", "5000", "--max-requests-jitter", "500", \
     "--no-control-socket"]
