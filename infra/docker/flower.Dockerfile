# syntax=docker/dockerfile:1.7
# Flower knows nothing of Darkroom: it reads Celery's events from the broker.
FROM python:3.12.11-slim-bookworm
COPY infra/docker/flower.lock /tmp/flower.lock
RUN pip install --no-cache-dir --require-hashes -r /tmp/flower.lock && \
    useradd --uid 10001 --create-home flower
WORKDIR /home/flower
USER 10001
EXPOSE 5555
CMD ["celery", "flower", "--port=5555", "--address=0.0.0.0"]
