# 养老服务领导简报
#   docker build -t yanglao .
#   docker run -d --read-only --tmpfs /tmp -v yanglao:/var/lib/yanglao -p 127.0.0.1:8501:8501 \
#       -e YANGLAO_HOSTS=localhost -e YANGLAO_SIGN_IN=gateway -e YANGLAO_IDENTITY_HEADER=… -e YANGLAO_IDENTITY_FROM=… yanglao
# 容器内必须监听 0.0.0.0，外面才到得了；没有设置登录方式时服务拒绝启动，-p 请只绑 127.0.0.1，由 nginx 对外。
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m pip install --no-cache-dir uv
COPY pyproject.toml README.md LICENSE app.py ./
COPY .streamlit .streamlit
COPY warehouse warehouse
COPY etl etl
COPY pages pages
# The versions pinned in pyproject.toml, and byte code made here: a read-only container cannot make it later.
RUN uv sync --no-dev --no-editable --compile-bytecode

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/yanglao --create-home yanglao
COPY --from=build /src/.venv /src/.venv
ENV PATH=/src/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 \
    YANGLAO_HOME=/var/lib/yanglao YANGLAO_ADDRESS=0.0.0.0 YANGLAO_PORT=8501
USER yanglao
VOLUME /var/lib/yanglao
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8501/api/health', headers={'Host': 'localhost'}), timeout=4)"]
CMD ["yanglao", "serve"]
