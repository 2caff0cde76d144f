# One image for every process of the hub; the command says which one it is (docker-compose.yml).
ARG PYTHON=3.12-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
RUN python -m venv /opt/hub
# Each file is held against its hash. Wheels only, so that nothing needs a compiler; json2html alone (of gtfs-kit, pure
# Python) is published without one, and is built with the pinned tools that come first.
COPY requirements-build.lock requirements.lock ./
RUN /opt/hub/bin/pip install --only-binary=:all: --require-hashes --requirement requirements-build.lock \
 && /opt/hub/bin/pip install --only-binary=:all: --no-binary=json2html --no-build-isolation \
      --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY feeds/ feeds/
COPY mds/ mds/
COPY governance/ governance/
COPY hub/ hub/
RUN /opt/hub/bin/pip install --no-deps --no-build-isolation --no-index . \
 && /opt/hub/bin/pip uninstall --yes hatchling editables setuptools pip

FROM python:${PYTHON}
# What runs installs nothing: no pip, no compiler (the slim base has none), no shell for its user.
# A named volume takes the owner and the mode of the folder over which it is first mounted.
RUN python -m pip uninstall --yes --root-user-action=ignore pip \
 && groupadd --gid 10001 hub \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin hub \
 && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/hub /var/lib/hub/vault /var/lib/hub/released
COPY --from=build /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH HUB_HOME=/var/lib/hub PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /var/lib/hub
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
EXPOSE 8000 8001
CMD ["hub", "--help"]
