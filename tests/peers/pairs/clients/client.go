// Go's net/http. It never goes by a proxy to loopback, so it is pointed at retape itself. usage: go run client.go URL
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	for _, path := range []string{"/small.txt", "/big.bin", "/missing"} {
		response, err := http.Get(os.Args[1] + path)
		show(path, response, err)
	}
	response, err := http.Post(os.Args[1]+"/small.txt", "text/plain", strings.NewReader("posted"))
	show("POST", response, err)
}

func show(what string, response *http.Response, err error) {
	if err != nil {
		fmt.Println(what, err)
		return
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Println(what, response.Proto, response.StatusCode, response.Header["Content-Type"], len(body), err)
}
