import Foundation
import class UIKit.UIView
@testable import MyModule
import Core.Networking

/// How many requests may be open.
public let maximumRequests = 4
var shared: Session?
private let MAX_RETRIES = 3

typealias Completion<T> = (Result<T, Error>) -> Void

/// Something that sends requests.
///
/// It may retry.
public protocol Sender: AnyObject, Sendable {
    associatedtype Payload: Codable = Data
    var isOpen: Bool { get }
    init(url: URL)
    func send(_ request: Request) async throws -> Payload
    static func make() -> Self
}

/**
 Keeps a connection open.
 */
@available(iOS 13, *)
@MainActor
open class Session: BaseSession, Sender, Codable {
    /// What the server is called.
    public let name: String
    private(set) var tasks: [Task] = [], extras: Set<Int> = []
    static let `default` = Session(name: "default")
    weak var delegate: SessionDelegate?
    @Published var state: State = .idle
    lazy var queue = DispatchQueue(label: "session")

    var isOpen: Bool {
        didSet { notify(oldValue) }
    }
    var count: Int { tasks.count }

    /// Open a session.
    public init(name: String) {
        self.name = name
        super.init()
    }

    convenience init?(url: URL) {
        self.init(name: url.host)
    }

    deinit {
        close()
    }

    /// Send a request.
    @discardableResult
    public func send<T: Decodable>(_ request: Request, as type: T.Type = T.self) async throws -> T where T: Sendable {
        let (data, response) = try await transport.data(for: request.urlRequest())
        func local(_ x: Int) -> Int { x + 1 }
        guard let http = response as? HTTPURLResponse, http.isOK else {
            throw SessionError.badStatus(code: 1)
        }
        tasks.map { $0.identifier }.forEach { print($0) }
        delegate?.session(self, didReceive: Data(data))
        return try JSONDecoder().decode(T.self, from: data)
    }

    subscript(index: Int) -> Task {
        tasks[index]
    }

    func größe() -> Int { Self.measure(self) }

    /// Where it stands.
    enum State: String, CaseIterable {
        case idle, busy = "working"
        case failed

        func send() {}
    }

    struct Options: OptionSet {
        let rawValue: Int
        static let verbose = Options(rawValue: 1 << 0)
    }
}

public enum SessionError: Error {
    case badStatus(code: Int)
    indirect case nested(SessionError)
}

/// More for sessions.
extension Session: CustomStringConvertible, Alamofire.Wrapped {
    public var description: String { "Session \(name.uppercased())" }

    func close() {
        NotificationCenter.default.post(name: .closed, object: nil)
    }
}

extension Array where Element == Task {
    func cancelAll() { forEach { $0.cancel() } }
}

extension Session.State {
    var isDone: Bool { self == .failed }
}

actor Counter {
    private var value = 0
    func increment() -> Int { value += 1; return value }
}

struct Point: Equatable {
    var x, y: Double
    static func + (left: Point, right: Point) -> Point { Point(x: left.x + right.x, y: 0) }
}

infix operator <~>
prefix func ! (value: Point) -> Bool { value.x == 0 }

/// Start it.
func main(arguments: [String]) -> Session? {
    let text = """
    class NotAClass { func notAFunction() }
    """
    let session = Session(name: text)
    return session as? Session
}
