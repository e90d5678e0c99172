// The 16 silhouettes: side or front views by which people know the things.

extension Silhouette {
  static func of(_ category: ObjectCategory) -> Silhouette { all[category.index] }

  private static let all: [Silhouette] = ObjectCategory.allCases.map { category in
    Silhouette(text(of: category))
  }

  private static func text(of category: ObjectCategory) -> String {
    switch category {
    case .airplane, .bicycle, .boat, .car, .truck: vehicle(category)
    case .bear, .bird, .cat, .dog, .elephant: animal(category)
    case .bottle, .chair, .clock, .keyboard, .knife, .oven: household(category)
    }
  }

  private static func vehicle(_ category: ObjectCategory) -> String {
    switch category {
    case .airplane:
      """
      S 50 2 55 10 56.5 24 56.5 74 53 94 50 98 47 94 43.5 74 43.5 24 45 10
      P 55 34 97 62 97 70 55 56
      P 45 34 3 62 3 70 45 56
      P 54 78 72 90 72 96 51 91 49 91 28 96 28 90 46 78
      R 67 41 7 14 3
      R 26 41 7 14 3
      """
    case .bicycle:
      """
      W 6 21 63 17
      W 6 79 63 17
      L 5 21 63 43 64 36 38 21 63
      L 5 43 64 68 38 36 38
      L 5 79 63 70 38 67 27
      K 5 60 27 67 26 75 25 80 30 76 34
      L 5 36 38 34 31
      K 7 26 30 34 29 42 30
      E 43 64 6.5 6.5
      L 3.5 43 64 49 74
      L 4 46 75 53 75
      E 21 63 4 4
      E 79 63 4 4
      """
    case .boat:
      """
      S 4 68 30 71 70 71 96 66 90 78 82 88 24 88 14 80
      L 4 48 70 48 6
      S 53 8 66 24 78 42 86 61 70 63 53 62 53 40
      S 43 16 42 40 43 62 28 63 12 61 26 44 36 28
      P 48 4 62 8 48 12
      """
    case .car:
      """
      S 3 66 5 56 12 52 25 49 34 37 44 33 60 33 69 37 79 49 91 52 97 58 97 68 93 72 50 73 8 72
      - P 39 39 50 38 50 49 31 49
      - P 54 38 60 38 66 41 72 49 54 49
      - E 24 71 13 13
      - E 76 71 13 13
      E 24 71 10.5 10.5
      E 76 71 10.5 10.5
      - W 2 24 71 5
      - W 2 76 71 5
      """
    default:
      """
      R 3 22 58 46 3
      R 4 64 92 9 2
      S 63 34 78 34 84 38 90 51 97 56 97 72 63 72
      - P 70 40 78 40 84 52 70 52
      - L 2 62 24 62 63
      - E 21 74 13 13
      - E 45 74 13 13
      - E 80 74 13 13
      E 21 74 10.5 10.5
      E 45 74 10.5 10.5
      E 80 74 10.5 10.5
      - W 2 21 74 5
      - W 2 45 74 5
      - W 2 80 74 5
      """
    }
  }

  private static func animal(_ category: ObjectCategory) -> String {
    switch category {
    case .bear:
      """
      S 7 54 12 38 26 30 42 31 56 25 68 24 76 32 78 46 72 62 58 69 36 70 16 68
      S 66 30 74 22 86 24 92 33 98 40 96 47 86 50 74 52
      E 73 21 5 5.5
      E 84 22 4.5 5
      S 9 52 24 54 27 70 25 84 30 90 28 93 11 93 12 80
      S 29 62 42 62 41 80 45 90 43 93 30 93 31 80
      S 50 62 63 60 62 80 66 90 64 93 50 93 51 78
      S 62 50 78 44 79 66 78 82 83 90 81 93 65 93 66 76
      E 6 50 4 5
      - E 85 34 1.8 1.8
      """
    case .bird:
      """
      S 16 34 22 22 34 19 44 26 58 36 74 52 86 66 72 70 56 72 40 68 26 58 18 46
      P 19 25 3 34 19 38
      P 68 52 98 76 94 83 62 70
      - K 2 40 40 50 54 64 60 78 62
      - K 2 41 42 44 54 54 62 66 64
      L 3.5 46 68 44 88
      L 3.5 56 70 56 88
      L 3.5 36 90 44 88 50 91
      L 3.5 48 90 56 88 62 91
      - E 27 29 2.2 2.2
      """
    case .cat:
      """
      S 44 36 58 40 70 58 74 78 70 93 44 95 30 93 28 76 32 56
      S 26 30 27 20 36 14 48 14 58 20 59 30 52 40 42 43 32 40
      P 26 26 25 3 41 15
      P 45 14 60 3 60 26
      K 8 66 88 82 90 91 80 88 66 80 58
      E 36 93 9 4
      - K 1.8 46 66 45 80 47 91
      - E 36 27 2 2.6
      - E 50 27 2 2.6
      """
    case .dog:
      """
      S 15 46 30 40 50 42 66 40 74 48 72 60 62 66 50 60 36 58 24 62 15 58
      S 60 46 66 26 76 20 84 24 87 30 97 33 97 39 90 43 82 43 78 54 68 60
      S 68 20 76 18 76 30 73 42 67 44 64 34
      - K 1.8 77 20 77 31 73 43
      S 14 50 28 54 27 64 20 72 22 86 26 90 25 93 15 93 15 72
      S 27 56 36 56 34 70 32 76 35 89 38 93 28 93 26 76
      S 54 56 65 56 62 74 65 90 64 93 55 93 55 74
      S 63 52 75 48 72 72 75 90 74 93 65 93 65 72
      K 6 18 48 9 40 5 26 8 18
      - E 85 29 1.7 1.7
      """
    default:
      """
      S 8 50 14 34 30 26 50 24 66 26 76 36 76 58 66 68 44 71 20 68 10 62
      S 64 28 74 20 86 24 91 36 90 48 80 56 68 54
      K 9 86 42 91 56 90 70 92 80 98 82
      K 4 82 52 88 60 95 62
      - K 2 66 26 58 34 60 50 68 57 75 48 76 38
      S 10 54 26 58 27 76 27 92 12 92 12 74
      S 29 64 42 64 42 92 29 92
      S 48 62 61 62 61 92 48 92
      S 60 54 76 50 77 74 77 92 62 92 62 74
      K 3 10 46 4 56 5 68
      E 5 69 3 4
      - E 83 34 1.8 1.8
      """
    }
  }

  private static func household(_ category: ObjectCategory) -> String {
    switch category {
    case .bottle:
      """
      P 42 12 58 12 58 30 63 38 68 46 70 54 70 90 66 97 34 97 30 90 30 54 32 46 37 38 42 30
      R 40 3 20 11 3
      - L 2 40 17 60 17
      - L 2 29 60 71 60
      - L 2 29 84 71 84
      """
    case .chair:
      """
      R 22 4 8 56 3
      R 70 4 8 56 3
      R 24 6 52 13 4
      R 24 25 52 7 2
      R 24 38 52 7 2
      P 20 54 80 54 90 67 90 72 10 72 10 67
      R 11 68 8 30 2
      R 81 68 8 30 2
      R 27 70 6 20 2
      R 67 70 6 20 2
      """
    case .clock:
      """
      E 50 56 37 37
      S 12 28 16 14 30 8 40 14 28 20 20 30
      S 88 28 84 14 70 8 60 14 72 20 80 30
      L 7 27 84 17 97
      L 7 73 84 83 97
      K 4 40 14 44 5 56 5 60 14
      - W 2.6 50 56 29
      - L 4.5 50 56 50 35
      - L 4.5 50 56 64 64
      - L 3 50 29.5 50 31
      - L 3 76.5 56 75 56
      - L 3 50 82.5 50 81
      - L 3 23.5 56 25 56
      """
    case .keyboard: keyboard
    case .knife:
      """
      S 38 31 56 29 74 30 87 36 98 50 86 59 68 64 52 66 39 66 37 48
      R 2 31 35 20 7
      - E 10 41 2.2 2.2
      - E 19 41 2.2 2.2
      - E 28 41 2.2 2.2
      """
    default:
      """
      R 13 5 74 89 4
      R 17 90 10 8 2
      R 73 90 10 8 2
      - E 26 15 4.5 4.5
      - E 40 15 4.5 4.5
      - E 60 15 4.5 4.5
      - E 74 15 4.5 4.5
      - L 2 14 25 86 25
      - L 4 26 34 74 34
      - R 21 42 58 34 5
      R 25 46 50 26 3
      - L 2 14 83 86 83
      """
    }
  }

  /// Five rows of keys, each row shifted a little against the one above.
  private static let keyboard: String = {
    var lines = ["R 2 24 96 52 5", "- R 6 28 88 44 2"]
    for row in 0..<4 {
      let y = 29.5 + Double(row) * 8.5
      let first = 5.5 + Double(row) * 2
      lines.append("R 7.5 \(y) \(first) 6.8 1")
      let start = 9.2 + first
      for key in 0..<8 { lines.append("R \(start + Double(key) * 8.2) \(y) 6.5 6.8 1") }
      let last = start + 8 * 8.2
      lines.append("R \(last) \(y) \(92.5 - last) 6.8 1")
    }
    lines += ["R 7.5 63.5 15 6.8 1", "R 24.2 63.5 50 6.8 1", "R 75.9 63.5 16.6 6.8 1"]
    return lines.joined(separator: "\n")
  }()
}
