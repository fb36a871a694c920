// Frames of WebSocket (RFC 6455), for both ends: no messages in pieces, no compression, none beyond 64 KiB.
export const TEXT = 1;
export const CLOSE = 8;

export function frame(opcode, payload, mask) {
  const size = payload.length;
  const length = size < 126 ? Buffer.from([size]) : Buffer.from([126, size >> 8, size & 255]);
  if (!mask) return Buffer.concat([Buffer.from([0x80 | opcode]), length, payload]);
  length[0] |= 0x80;
  return Buffer.concat([Buffer.from([0x80 | opcode]), length, mask, masked(payload, mask)]);
}

export const close = (code, mask) => frame(CLOSE, Buffer.from([code >> 8, code & 255]), mask);

/// Calls `hear(opcode, payload)` for each frame that came whole.
export function reader(hear) {
  let held = Buffer.alloc(0);
  return (piece) => {
    held = Buffer.concat([held, piece]);
    for (let next = cut(held); next; next = cut(held)) {
      held = held.subarray(next.end);
      hear(next.opcode, next.payload);
    }
  };
}

function cut(bytes) {
  if (bytes.length < 2) return null;
  const is_masked = bytes[1] & 0x80;
  const short = bytes[1] & 0x7f;
  const start = (short === 126 ? 4 : 2) + (is_masked ? 4 : 0);
  if (bytes.length < start) return null;
  const end = start + (short === 126 ? bytes.readUInt16BE(2) : short);
  if (bytes.length < end) return null;
  const payload = bytes.subarray(start, end);
  return { opcode: bytes[0] & 15, payload: is_masked ? masked(payload, bytes.subarray(start - 4, start)) : payload, end };
}

const masked = (payload, mask) => payload.map((byte, at) => byte ^ mask[at % 4]);
