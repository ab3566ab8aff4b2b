# A worker, or any other voxolve command: docker build -f deploy/worker.Dockerfile -t voxolve deploy
FROM node:22-bookworm-slim
ARG VOXOLVE=voxolve
RUN ONNXRUNTIME_NODE_INSTALL=skip npm install --global --omit=dev "$VOXOLVE" bullmq ioredis && npm cache clean --force
USER node
WORKDIR /home/node
ENTRYPOINT ["voxolve"]
