# syntax=docker/dockerfile:1
# Rekey as a container: a bundle and the one native package it needs, run by a user without rights on a root file
# system that may be read-only. No secret belongs into an image: give each as NAME_FILE (see compose.yaml).

FROM node:24-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# Nobody's install scripts run: better-sqlite3 brings its binary along.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY manifest.yml manifest.channel-watch.yml ./
COPY bin ./bin
COPY commands ./commands
COPY db ./db
COPY scripts ./scripts
COPY src ./src
# The C sources of better-sqlite3 are for compiling only; of each list of networks one form is read.
RUN node scripts/build.ts /app \
  && mkdir /app/node_modules \
  && cp -r node_modules/better-sqlite3 /app/node_modules/ \
  && rm -rf /app/node_modules/better-sqlite3/deps /app/node_modules/better-sqlite3/src \
  && mkdir /app/node_modules/@ip-location-db \
  && cp -r node_modules/@ip-location-db/asn node_modules/@ip-location-db/asn-country /app/node_modules/@ip-location-db/ \
  && cd /app/node_modules/@ip-location-db \
  && rm asn/asn-ipv4.csv asn/asn-ipv6-num.csv asn-country/asn-country-ipv4.csv asn-country/asn-country-ipv6-num.csv

FROM node:24-slim
# HOST: requests reach a container from outside. Health and metrics stay inside unless REKEY_OPS_HOST says otherwise.
ENV NODE_ENV=production \
  HOST=0.0.0.0
COPY --from=build /app /app
RUN install --directory --owner=node --group=node --mode=0700 /data
VOLUME /data
# The database of whoever names none is data/rekey.db. Not by DATABASE_URL: whoever gives DATABASE_URL_FILE would give both.
WORKDIR /
USER node
EXPOSE 3000 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.REKEY_OPS_PORT || 9464}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "--heap-growing-percent=50", "/app/rekey.js"]
CMD ["start"]
