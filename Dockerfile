# syntax=docker/dockerfile:1
FROM rust:1.95-slim-bookworm AS build
# The C compiler that AES and SQLite need is in the slim image; nothing else is.
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile dist -p hookswitch && cp target/dist/hookswitch /hookswitch

FROM debian:bookworm-slim
# Python for Python tools; the virtual environment holds nothing but uv.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir --only-binary :all: uv==0.13.8 \
    && useradd --system --uid 10001 --create-home --home-dir /data hookswitch \
    && install -d -o 10001 -g 10001 /var/cache/hookswitch
COPY --from=build /hookswitch /usr/local/bin/hookswitch
ENV HOOKSWITCH_PYTHON_PACKAGES=/var/cache/hookswitch/python HOOKSWITCH_PYTHON_UV=/opt/uv/bin/uv
USER 10001
# The curated sets of Python packages; a named volume takes them over.
RUN hookswitch python sync
VOLUME /data /var/cache/hookswitch
EXPOSE 8080
# bash speaks TCP itself, which spares an HTTP client in the image.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3 && head -n1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["hookswitch"]
CMD ["serve", "--listen", "0.0.0.0:8080", "--data", "/data"]
