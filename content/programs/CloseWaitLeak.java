/*
 * A server that answers and then forgets: each client that leaves remains as CLOSE_WAIT.
 *
 *     java CloseWaitLeak.java 8080          forgets
 *     java CloseWaitLeak.java 8080 fixed    closes
 *
 * Speak to it with: echo hello | nc -N 127.0.0.1 8080
 * Look at it with:  ss -tanp state close-wait '( sport = :8080 )'
 */
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

public class CloseWaitLeak {
    // The leak. Without a reference the collector would close the socket some day, as newer Java
    // runtimes clean up after it; a list of clients that only grows keeps every one of them.
    private static final List<Socket> clients = new CopyOnWriteArrayList<>();

    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
        boolean fixed = args.length > 1 && args[1].equals("fixed");
        ExecutorService workers = Executors.newFixedThreadPool(4);
        try (ServerSocket listener = new ServerSocket(port, 64, InetAddress.getLoopbackAddress())) {
            System.out.println("listening on " + listener.getLocalPort());
            while (true) {
                Socket client = listener.accept();
                clients.add(client);
                workers.execute(() -> {
                    try {
                        answer(client);
                    } catch (IOException problem) {
                        System.err.println("client left in the middle: " + problem.getMessage());
                    } finally {
                        if (fixed) close(client);
                    }
                });
            }
        }
    }

    private static void answer(Socket client) throws IOException {
        byte[] line = new byte[1024];
        int got;
        while ((got = client.getInputStream().read(line)) >= 0) client.getOutputStream().write(line, 0, got);
        // read() returned -1: end of file. The socket is in CLOSE_WAIT and waits for this program.
    }

    private static void close(Socket client) {
        clients.remove(client);
        try {
            client.close();
        } catch (IOException problem) {
            System.err.println("close: " + problem.getMessage());
        }
    }
}
