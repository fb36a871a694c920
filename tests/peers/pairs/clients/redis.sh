# A session with Redis. usage: redis.sh URL
address=${1#*://}
printf 'PING\nSET k "some value"\nGET k\nINCR n\nLPUSH l a b c\nLRANGE l 0 -1\nFLUSHALL\n' | redis-cli -h "${address%:*}" -p "${address#*:}"
