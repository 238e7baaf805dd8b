import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Fetches, checks and cleans archives of past trades (data.binance.vision).",
    discussion: """
      EXAMPLES
        apus data download --symbol BTCUSDT --from 2026-09-01 --to 2026-09-30 --folder archives
        apus data verify archives/BTCUSDT-aggTrades-2026-09-*.zip
        apus data convert archives/BTCUSDT-aggTrades-2026-09-*.zip --output BTCUSDT-2026-09.csv.gz
        apus replay --symbol BTCUSDT --trades BTCUSDT-2026-09.csv.gz --paper paper.csv
      """,
    subcommands: [DownloadCommand.self, VerifyCommand.self, ConvertCommand.self])
}
