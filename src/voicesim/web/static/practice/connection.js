// The connection of a live session. Where it is lost it is tried again, as long as the server keeps the session.

const REPLACED = 4409;
const SIGNED_OUT = 4401;
const REFUSED = [4400, 4404, 1008];

export class Connection {
  // on: onmessage(message), onsound(frame), onopen(), onlost(), onend(words)
  constructor(admitted, patience, on) {
    this.admitted = admitted;
    this.patience = patience * 1000;
    this.on = on;
    this.over = false;
  }

  open() {
    const { id, token } = this.admitted;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/practices/${id}/sound`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.lostAt = undefined;
      socket.send(JSON.stringify({ type: "hello", token }));
      this.on.onopen();
    };
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.on.onmessage(JSON.parse(data)) : this.on.onsound(data));
    socket.onclose = ({ code }) => this.closed(socket, code);
    this.socket = socket;
  }

  closed(socket, code) {
    if (this.over || socket !== this.socket) return;
    if (code === REPLACED) return this.end("This session goes on in another window.");
    if (code === SIGNED_OUT) return this.end("You are signed out. What was recorded up to now is among your sessions once you sign in again.");
    if (REFUSED.includes(code)) return this.end("The session has ended. What was recorded is among your sessions.");
    this.lostAt ??= Date.now();
    if (Date.now() - this.lostAt > this.patience) {
      return this.end("The connection did not come back. The session was ended, and what was recorded up to then is kept.");
    }
    this.on.onlost();
    setTimeout(() => this.over || this.open(), 1000);
  }

  end(words) {
    this.over = true;
    this.on.onend(words);
  }

  get connected() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  send(message) {
    if (this.connected) this.socket.send(JSON.stringify(message));
  }

  // Sound that cannot go out at once is not kept: the session stands still until the connection is back.
  sound(frame) {
    if (this.connected && this.socket.bufferedAmount < 200_000) this.socket.send(frame);
  }

  close() {
    this.over = true;
    this.socket?.close();
  }
}
