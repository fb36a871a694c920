-- Asks for /0 … /n-1 in an order that jumps about, so that no cache is flattered.
local requests, count, at = {}, 1, 0

-- Coprime to every count used.
local STRIDE = 7919

function init(args)
  count = tonumber(args[1]) or 1
  for n = 0, count - 1 do
    requests[n] = wrk.format("GET", "/" .. n)
  end
end

function request()
  at = (at + STRIDE) % count
  return requests[at]
end
