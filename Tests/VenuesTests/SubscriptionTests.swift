import Foundation
import Testing

@testable import Venues

struct SubscriptionTests {
  @Test func symbolsAreLoweredWhateverTheirScript() {
    #expect(Subscription.stream("1000PEPEUSDT") == "1000pepeusdt@aggTrade")
    #expect(Subscription.stream("币安人生USDT") == "币安人生usdt@aggTrade")
    #expect(Subscription.stream("BTCUSDT_260925") == "btcusdt_260925@aggTrade")
  }

  @Test func messagesAreJsonEvenForOddNames() throws {
    struct Message: Decodable {
      var method: String
      var params: [String]
      var id: Int
    }
    let text = Subscription.message("SUBSCRIBE", ["A\"B\\\u{1}", "币USDT"], id: 1)
    let message = try JSONDecoder().decode(Message.self, from: Data(text.utf8))
    #expect(message.method == "SUBSCRIBE")
    #expect(message.params == ["a\"b\\\u{1}@aggTrade", "币usdt@aggTrade"])
    #expect(message.id == 1)
  }

  @Test func aMessageHoldsAtMostAHundredStreams() {
    #expect(Subscription.batches((0..<100).map { "S\($0)" }).map(\.count) == [100])
    #expect(Subscription.batches((0..<101).map { "S\($0)" }).map(\.count) == [100, 1])
  }
}
