"""A throw-away certificate authority, and a certificate for this machine by it."""

import pathlib
import shutil
import subprocess

EXTENSIONS = "subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"


class Certificate:
    """Files in `room`: the authority's certificate, and a server's certificate and key."""

    def __init__(self, room):
        room = pathlib.Path(room)
        self.authority, self.certificate, self.key = (room / name for name in ("authority.pem", "server.pem", "server.key"))
        authority_key, request, extensions = (room / name for name in ("authority.key", "server.csr", "server.ext"))
        extensions.write_text(EXTENSIONS)
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        authority = ["-x509", "-subj", "/CN=peers authority", "-days", "3", "-addext", "basicConstraints=critical,CA:TRUE"]
        openssl("req", *new, *authority, "-keyout", authority_key, "-out", self.authority)
        openssl("req", *new, "-subj", "/CN=localhost", "-keyout", self.key, "-out", request)
        signed_by = ["-CA", self.authority, "-CAkey", authority_key, "-CAcreateserial", "-days", "2", "-extfile", extensions]
        openssl("x509", "-req", "-in", request, *signed_by, "-out", self.certificate)

    def trusted(self):
        """What makes clients that go to the server itself trust it."""
        names = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS")
        store = f"-Djavax.net.ssl.trustStore={self.truststore()} -Djavax.net.ssl.trustStorePassword=changeit"
        wgetrc = self.authority.with_name("wgetrc")
        wgetrc.write_text(f"ca_certificate = {self.authority}\n")
        more = {"JAVA_TOOL_OPTIONS": store, "WGETRC": str(wgetrc)}
        return {name: str(self.authority) for name in (*names, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH")} | more

    def truststore(self):
        """Java reads no PEM. Made once, where Java is here."""
        path = self.authority.with_name("truststore.p12")
        if shutil.which("keytool") and not path.exists():
            store = ["-keystore", path, "-storepass", "changeit", "-storetype", "PKCS12"]
            subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "peers", "-file", self.authority, *store], check=True, capture_output=True)
        return path


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
