// java.net.http.HttpClient, HTTP/2 where the server has it. usage: java Client.java URL
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

class Client {
    public static void main(String[] arguments) throws Exception {
        var client = HttpClient.newBuilder().proxy(ProxySelector.getDefault()).build();
        for (var path : new String[] {"/text", "/json", "/big", "/none", "/missing", "/events"}) {
            var request = HttpRequest.newBuilder(URI.create(arguments[0] + path)).build();
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.println(path + " " + response.version() + " " + response.statusCode() + " " + response.headers().allValues("x-twice")
                + " " + response.body().length() + " " + response.body().substring(0, Math.min(60, response.body().length())));
        }
        var post = HttpRequest.newBuilder(URI.create(arguments[0] + "/echo")).POST(HttpRequest.BodyPublishers.ofString("posted")).build();
        System.out.println(client.send(post, HttpResponse.BodyHandlers.ofString()).body());
    }
}
