# syntax=docker/dockerfile:1
# One image for every role: docker run parley <role>.

FROM node:24.11.1-bookworm-slim AS base
# The Node that the lockfile names is one of the packages: their install scripts and the build run on it, and it needs
# this library, which the Node of this image does not.
RUN apt-get update && apt-get install -y --no-install-recommends libatomic1 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
COPY web/package.json web/

FROM base AS build
RUN --mount=type=cache,target=/root/.npm npm ci --include=optional --no-audit --no-fund
COPY . .
# Whoever cloned this may have kept it to themselves; the user of the image reads it all the same.
RUN node infra/launch.mjs build && rm -rf dist/tests dist/.tsbuildinfo && find dist -name '*.test.js*' -delete \
  && chmod -R go+rX LICENSE package.json dist infra/deploy schema web/build

# What runs the product. Of pdf.js only the files that unpdf lacks are used, and nothing is drawn.
FROM base AS packages
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --include=optional --no-audit --no-fund \
  && mv node_modules/node-linux-*/bin/node /usr/local/bin/parley-node \
  && rm -rf node_modules/node-linux-* node_modules/node-bin-* node_modules/@parley \
  && (cd node_modules/pdfjs-dist && rm -rf build image_decoders legacy types web) && rm -rf node_modules/@napi-rs/canvas* \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM debian:12.12-slim
LABEL org.opencontainers.image.title="Parley" \
  org.opencontainers.image.description="An AI-assistant platform whose whole API is one federated GraphQL graph." \
  org.opencontainers.image.licenses="MIT"
RUN apt-get update && apt-get install -y --no-install-recommends libatomic1 libstdc++6 && rm -rf /var/lib/apt/lists/* \
  && mkdir /data /backups && chown 10001:10001 /data /backups
COPY --from=packages /usr/local/bin/parley-node /usr/local/bin/node
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/schema/*.graphql schema/
COPY --from=build /app/web/build web/build
COPY --from=build /app/infra/deploy/health-check.mjs /app/infra/deploy/backup.sh infra/deploy/
COPY --from=build /app/dist dist
# The root file system may be read-only: what is written goes to DATA_DIR or /tmp.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
USER 10001:10001
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "infra/deploy/health-check.mjs"]
ENTRYPOINT ["node", "--enable-source-maps", "dist/infra/start.js"]
CMD ["everything"]
