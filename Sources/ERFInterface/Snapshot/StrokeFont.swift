// The letters of pictures of the screen: lines drawn with a round pen, so that pictures need no font
// of the machine.

/// Strokes of characters on a grid of 9 columns (0...8) and 16 rows (0...15) a cell: capitals stand
/// on row 12 and reach to row 2, small letters to row 6, descenders to row 15.
enum StrokeFont {
  typealias Point = SIMD2<Double>

  /// Lines from point to point; a line of no length is a dot. Empty for an unknown character.
  static func strokes(_ scalar: Unicode.Scalar) -> [[Point]] {
    guard let text = table[scalar] else { return [] }
    return text.split(separator: " ").map { stroke in
      let digits = stroke.utf8.map { Double($0 < 58 ? $0 - 48 : $0 - 87) }
      return stride(from: 0, to: digits.count - 1, by: 2).map {
        Point(digits[$0], digits[$0 + 1])
      }
    }
  }

  /// A character and its strokes: two hexadecimal digits a point, column and row.
  private static let table: [Unicode.Scalar: String] = {
    var table: [Unicode.Scalar: String] = [:]
    for line in (capitals + small + digits + marks).split(separator: "\n") {
      guard let scalar = line.unicodeScalars.first else { continue }
      table[scalar] = String(line.dropFirst(2))
    }
    return table
  }()

  private static let capitals = """
    A 1c427c 2868
    B 1c1252636557 1757787b5c1c
    C 745232141a3c5c7a
    D 1c1242747a4c1c
    E 72121c7c 1757
    F 72121c 1757
    G 745232141a3c5c7a7747
    H 121c 727c 1777
    I 2262 424c 2c6c
    J 727a5c3c1a
    K 121c 7218 367c
    L 121c7c
    M 1c1247727c
    N 1c127c72
    O 3252747a5c3c1a1432
    P 1c125274765818
    Q 3252747a5c3c1a1432 4a7d
    R 1c125274765818 487c
    S 74523214153757797a5c3c1a
    T 1272 424c
    U 121a3c5c7a72
    V 124c72
    W 122c476c72
    X 127c 721c
    Y 124772 474c
    Z 12721c7c

    """

  private static let small = """
    a 2656676c 6838191b2c4c6a
    b 121c 183656686a5c3c1a
    c 675636181a3c5c6b
    d 626c 684626181a2c4c6a
    e 1969685636181a3c5c6b
    f 6252343c 1656
    g 666d5f3f1e 684626181a2c4c6a
    h 121c 183656686c
    i 26464c 2c6c 4343
    j 36565d4f2f 5353
    k 121c 661a 396c
    l 22424c 2c6c
    m 161c 172636474c 475666777c
    n 161c 183656686c
    o 3656686a5c3c1a1836
    p 161f 183656686a5c3c1a
    q 666f 684626181a2c4c6a
    r 161c 18365667
    s 675626171829596a6b5c2c1b
    t 333b4c5c6b 1656
    u 161a2c4c6a 666c
    v 164c76
    w 162c486c76
    x 166c 661c
    y 164c 763f1f
    z 16661c6c

    """

  private static let digits = """
    0 3252747a5c3c1a1432 2a64
    1 24424c 2c6c
    2 14325274751c7c
    3 12724656787a5c3c1a
    4 5c521979
    5 72221756787a5c3c1a
    6 6242161a3c5c7a78563618
    7 12723c
    8 325263655737252332 3757797a5c3c1a1937
    9 7658381614325274784c2c

    """

  private static let marks = """
    . 4c4c
    , 4b4c3e
    : 4747 4c4c
    ; 4747 4b4c3e
    ! 4248 4c4c
    ? 14325274754749 4c4c
    ' 4245
    " 3235 5255
    ( 51343a5d
    ) 31545a3d
    [ 51313d5d
    ] 31515d3d
    { 61424627484c6d
    } 21424667484c2d
    - 2767
    − 1777
    — 0787
    _ 0e8e
    + 1777 4a44
    = 1575 1979
    < 73177b
    > 13771b
    / 711d
    \\ 117d
    | 414e
    ^ 154275
    ~ 17365776
    ` 3244
    @ 786646384a6a78745232141a3c6c
    # 322c 625c 1575 1979
    $ 74523214153757797a5c3c1a 414d
    % 1232341412 5a7a7c5c5a 721c
    & 7c252332425354181a2c4c78
    * 434b 2569 6529
    × 2569 6529
    ± 1575 4248 1a7a
    ○ 3555686a5c3c2a2835
    ✗ 166c 661c
    · 4747
    … 1c1c 4c4c 7c7c
    ↑ 4c42 154275
    ↓ 424c 194c79
    σ 7636181a3c4c6a6856
    ² 324152533555
    ₁ 3b4a4e
    ₀ 3b5b6c6e5f3f2e2c3b

    """
}
