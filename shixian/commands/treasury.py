"""`shixian treasury-simulator`: a bank to practise on, with faults to switch on."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

SECRET = "SHIXIAN_TREASURY_KEY"


def register(app: App) -> None:
    """Add the command."""
    app.command(treasury_simulator, name="treasury-simulator")


def treasury_simulator(
    *,
    port: Annotated[int, Parameter(help="端口；0 为自动选择 port, 0 picks a free one")] = 8780,
    file: Annotated[Path, Parameter(help="账簿文件；没有则新建 the bank's book")] = Path(".shixian/treasury.db"),
    fault: Annotated[tuple[str, ...], Parameter(help="故障，可多个：名称或名称=整数 faults, NAME or NAME=N", negative="")] = (),
    probability: Annotated[float, Parameter(help="故障的概率，0 至 1 how often a fault strikes")] = 1.0,
    seed: Annotated[int, Parameter(help="抽签种子，同一种子同一次序 same seed, same pattern")] = 0,
) -> int:
    """模拟国库：真的 HTTP 服务，自有账簿，可设故障；只在本机监听。A simulated bank on this machine; Ctrl-C stops it.

    签名密钥取自环境变量 SHIXIAN_TREASURY_KEY；未设时用账簿旁的密钥文件，没有则新建（仅本人可读）。
    """
    from shixian.treasury.simulator.faults import Faults
    from shixian.treasury.simulator.server import HOST, create_app, listen, server

    faults = Faults.parse(fault, probability=probability, seed=seed)
    listening = listen(port)
    app = create_app(file, shared_secret(file), faults)
    print(f"模拟国库已启动：http://{HOST}:{listening.getsockname()[1]}    账簿：{file}", flush=True)
    try:
        server(app).run(sockets=[listening])
    except KeyboardInterrupt:
        print("模拟国库已停止。", flush=True)
    return 0


def shared_secret(file: Path) -> bytes:
    """The signing key: of the environment, else of the file beside the book, made on first use."""
    if given := os.environ.get(SECRET):
        return given.encode()
    beside = file.with_name(f"{file.name}.secret")
    beside.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return beside.read_bytes()
    with os.fdopen(descriptor, "w") as new:
        new.write(secrets.token_hex(32))
    return beside.read_bytes()
