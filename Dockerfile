# The portal's image: one for web, worker, beat and migrations. Small, without root, built from the locks.
FROM node:24-slim AS frontend
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY static static
RUN npm run build

FROM python:3.13-slim AS packages
WORKDIR /srv/istmo
COPY requirements-uv.txt requirements.txt ./
# The virtual environment lies where manage.py looks for it, and is made without an installer inside.
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.txt \
    && python -m venv --without-pip .venv \
    && uv pip install --no-cache --python .venv/bin/python --require-hashes -r requirements.txt

FROM python:3.13-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/istmo istmo
WORKDIR /srv/istmo
COPY --from=packages /srv/istmo/.venv .venv
COPY manage.py pyproject.toml LICENSE ./
COPY portal portal
COPY licensing licensing
COPY screening screening
COPY templates templates
COPY static static
COPY --from=frontend /src/static/built static/built
ENV PATH=/srv/istmo/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORTAL_ENV=production \
    PORTAL_VAR=/var/lib/istmo \
    STATIC_ROOT=/srv/istmo/collected \
    GRANIAN_WORKERS=2
# What is uploaded is for the portal's eyes only, and so would be what is collected here as root.
RUN python -m portal.stack.translations \
    && python -m compileall -q portal licensing screening \
    && python manage.py collectstatic --noinput \
    && chmod -R a+rX collected
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
    CMD ["python", "-m", "portal.deploy.health", "http://127.0.0.1:8000/healthz"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--blocking-threads", "4", "--no-ws", "--workers-kill-timeout", "10", "portal.wsgi:application"]
