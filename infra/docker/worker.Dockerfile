# syntax=docker/dockerfile:1.7
# A worker: as the gateway, and torch. TORCH_INDEX_URL chooses its build.
FROM python:3.12.11-slim-bookworm AS build
ARG TORCH_INDEX_URL=https://download.pytorch.org/whl/cpu
WORKDIR /build
COPY requirements.lock requirements-torch.txt ./
COPY infra/docker/otel.lock ./
RUN python -m venv /venv && \
    /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock && \
    /venv/bin/pip install --no-cache-dir --require-hashes -r otel.lock && \
    /venv/bin/pip install --no-cache-dir --extra-index-url "$TORCH_INDEX_URL" -r requirements-torch.txt
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
EXPOSE 9100
ENTRYPOINT ["darkroom"]
CMD ["worker"]
