import java.nio.file.Path;
import java.util.Map;
import java.util.Scanner;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

/** A Neo4j server on 127.0.0.1 for as long as standard input stays open: DATA_FOLDER PORT, and as the first line of input a password to set, if any. */
public class Neo4jServer {
    public static void main(String[] arguments) throws Exception {
        Scanner input = new Scanner(System.in);
        String password = input.nextLine();
        DatabaseManagementService service = new DatabaseManagementServiceBuilder(Path.of(arguments[0]))
            .setConfig(BoltConnector.enabled, true)
            .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", Integer.parseInt(arguments[1])))
            .setConfig(GraphDatabaseSettings.auth_enabled, true)
            .setConfig(GraphDatabaseSettings.pagecache_memory, 256L << 20)
            .setConfig(GraphDatabaseSettings.memory_transaction_global_max_size, 256L << 20)
            .build();
        Runtime.getRuntime().addShutdownHook(new Thread(service::shutdown));
        if (!password.isEmpty()) {
            service.database("system").executeTransactionally(
                "ALTER USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED", Map.of("password", password));
        }
        System.out.println("ready");
        while (input.hasNextLine()) {
            input.nextLine();
        }
        System.exit(0);
    }
}
