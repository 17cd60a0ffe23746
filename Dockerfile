# syntax=docker/dockerfile:1
FROM rust:1.95-slim-bookworm AS build
# The C compiler that AES and SQLite need is in the slim image; nothing else is.
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile dist -p hookswitch && cp target/dist/hookswitch /hookswitch

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /data hookswitch
COPY --from=build /hookswitch /usr/local/bin/hookswitch
USER 10001
VOLUME /data
EXPOSE 8080
# bash speaks TCP itself, which spares an HTTP client in the image.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3 && head -n1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["hookswitch"]
CMD ["serve", "--listen", "0.0.0.0:8080", "--data", "/data"]
