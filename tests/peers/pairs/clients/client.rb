# Ruby's net/http. It never goes by a proxy to loopback, so it is pointed at retape itself. usage: ruby client.rb URL
require "digest"
require "net/http"

url = URI(ARGV[0])
Net::HTTP.start(url.host, url.port, use_ssl: url.scheme == "https") do |http|
  %w[/small.txt /big.bin /missing].each do |path|
    answer = http.get(path)
    puts [path, answer.code, answer["content-type"], Digest::SHA256.hexdigest(answer.body)].join(" ")
  end
end
