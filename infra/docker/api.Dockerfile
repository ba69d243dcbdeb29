# syntax=docker/dockerfile:1.7
# The gateway, the collector and the command line: everything but torch.
FROM python:3.12.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock ./
COPY infra/docker/otel.lock ./
RUN python -m venv /venv && \
    /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock && \
    /venv/bin/pip install --no-cache-dir --require-hashes -r otel.lock
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN /venv/bin/pip install --no-cache-dir --no-deps .

FROM python:3.12.11-slim-bookworm
# An id without a name would have no home, which some libraries look for.
RUN useradd --uid 10001 --create-home darkroom && \
    install -d -o darkroom /var/lib/darkroom
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/var/lib/darkroom
WORKDIR /var/lib/darkroom
USER 10001
EXPOSE 8000 9100
ENTRYPOINT ["darkroom"]
CMD ["serve", "--host", "0.0.0.0"]
