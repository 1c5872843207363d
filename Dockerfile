# syntax=docker/dockerfile:1
# One image per host: docker build --target api|worker|worker-gpu|notifier|standalone .
# The hosts run as a user without rights on a read-only root file system; what they keep lies in /data.

FROM mcr.microsoft.com/dotnet/sdk:10.0.401-noble@sha256:e70cdb7f80b0348f5cb85f19a8f670fca061f033d57eed12fa003d58b0e06317 AS source
RUN apt-get update \
 && apt-get install -y --no-install-recommends nodejs npm \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY src ./src
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1

FROM source AS build-api
RUN dotnet publish src/Whales.Ingest.Api -c Release -o /app --nologo

FROM source AS build-worker
RUN dotnet publish src/Whales.Worker -c Release -o /app --nologo

FROM source AS build-worker-gpu
RUN dotnet publish src/Whales.Worker -c Release -r linux-x64 --self-contained -p:OnnxRuntimeGpu=true -o /app --nologo

FROM source AS build-notifier
RUN dotnet publish src/Whales.Notifier -c Release -o /app --nologo

FROM source AS build-standalone
RUN dotnet publish src/Whales.Standalone -c Release -o /app --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12-noble@sha256:222759b391a1aaf241166672c8f99b2d4ada452e7b5319f3c6e8f265a37b5ad4 AS runtime
# A new volume takes its owner from the folder that it is mounted on.
RUN mkdir -p /data/images /data/starts && chown -R "$APP_UID" /data
WORKDIR /app
# No sockets or files for debuggers: the root file system is read-only.
ENV DOTNET_EnableDiagnostics=0 \
    Models__Folder=/models \
    ImageStore__Folder=/data/images \
    Starts__Folder=/data/starts
USER $APP_UID

FROM runtime AS api
ENV ASPNETCORE_URLS=http://*:8000
COPY --from=build-api /app ./
ENTRYPOINT ["dotnet", "Whales.Ingest.Api.dll"]

FROM runtime AS worker
ENV ASPNETCORE_URLS=http://*:8001
COPY --from=build-worker /app ./
ENTRYPOINT ["dotnet", "Whales.Worker.dll"]

FROM runtime AS notifier
ENV ASPNETCORE_URLS=http://*:8085 \
    Notifier__SqliteFile=/data/notifier.db
COPY --from=build-notifier /app ./
ENTRYPOINT ["dotnet", "Whales.Notifier.dll"]

FROM runtime AS standalone
ENV ASPNETCORE_URLS=http://*:8000 \
    Storage__SqliteFile=/data/whales.db
COPY --from=build-standalone /app ./
ENTRYPOINT ["dotnet", "Whales.Standalone.dll"]

# CUDA 13 and cuDNN 9 are what the execution provider of ONNX Runtime 1.29 is built for; .NET comes with the program.
FROM nvidia/cuda:13.0.2-cudnn-runtime-ubuntu24.04@sha256:14d94b039cb94bbd5da559f303b46bc4b0d5d6c24ab1a9d7b186e566ed3400dc AS worker-gpu
RUN useradd --uid 1654 --no-create-home app && mkdir -p /data/images /data/starts && chown -R app /data
WORKDIR /app
ENV DOTNET_EnableDiagnostics=0 \
    Models__Folder=/models \
    ImageStore__Folder=/data/images \
    Starts__Folder=/data/starts \
    Inference__ExecutionProvider=cuda \
    ASPNETCORE_URLS=http://*:8001
COPY --from=build-worker-gpu /app ./
USER app
ENTRYPOINT ["/app/Whales.Worker"]
