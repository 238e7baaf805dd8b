#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A fixed number of elements, allocated once, indexed with a check, never grown.
///
/// The only way HotPath holds memory: Swift arrays may reallocate or copy on write, and the compiler's
/// `@_noAllocation` check rejects even reading one. A slab is a handle of two words; copies share the elements.
/// Pages come zeroed from `mmap` and are touched when first used, so a large reserve costs address space until needed.
/// A module of its own, so that its generic body is serialised: only then do debug builds specialise it where they run
/// the allocation check. Whoever makes a slab frees it with `deallocate`; an engine's slabs live as long as the process.
@safe
@frozen
public struct Slab<Element: BitwiseCopyable>: @unchecked Sendable, BitwiseCopyable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  public let count: Int

  /// All elements are set to `initial`.
  public init(count: Int, repeating initial: Element) {
    self.init(zeroed: count)
    // SAFETY: `base` has room for `count` elements and Element is trivial, so nothing is destroyed by overwriting.
    unsafe base.initialize(repeating: initial, count: count)
  }

  /// All bytes are zero, which must be a valid element. Untouched pages cost no memory.
  public init(zeroed count: Int) {
    precondition(count >= 0, "a slab's count is not negative")
    let bytes = max(1, count) * MemoryLayout<Element>.stride
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    // SAFETY: an anonymous mapping of `bytes`; the result is checked before use, and pages are aligned beyond any type.
    let raw = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, flags, -1, 0)
    // SAFETY: comparing against MAP_FAILED only.
    guard let raw = unsafe raw, unsafe raw != MAP_FAILED else {
      fatalError("out of memory: \(bytes) bytes could not be reserved; lower the number of symbols or trades held")
    }
    unsafe base = raw.bindMemory(to: Element.self, capacity: max(1, count))
    self.count = count
  }

  @inlinable
  public subscript(index: Int) -> Element {
    @inline(__always)
    unsafeAddress {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside its slab")
      // SAFETY: 0 <= index < count, checked above.
      return unsafe UnsafePointer(base + index)
    }
    @inline(__always)
    nonmutating unsafeMutableAddress {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside its slab")
      // SAFETY: 0 <= index < count, checked above.
      return unsafe base + index
    }
  }

  /// The same without the check in release builds, for a place that is within the slab by the way it was made. For the
  /// pool of trades and the histogram, which a trade looks into some twenty times; everything else keeps the check.
  @unsafe
  @inlinable
  public subscript(unchecked index: Int) -> Element {
    @inline(__always)
    unsafeAddress {
      assert(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside its slab")
      // SAFETY: the caller's, who says `unsafe`.
      return unsafe UnsafePointer(base + index)
    }
    @inline(__always)
    nonmutating unsafeMutableAddress {
      assert(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside its slab")
      // SAFETY: the caller's, who says `unsafe`.
      return unsafe base + index
    }
  }

  /// Where an element and those behind it lie, for C that reads several; as unchecked as the subscript.
  @unsafe
  @inlinable
  @inline(__always)
  public func address(unchecked index: Int) -> UnsafePointer<Element> {
    assert(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside its slab")
    // SAFETY: the caller's, who says `unsafe`.
    return unsafe UnsafePointer(base + index)
  }

  /// Returns the memory; no copy of this handle may be used afterwards.
  public func deallocate() {
    // SAFETY: the mapping of `init`, with the same length.
    _ = unsafe munmap(base, max(1, count) * MemoryLayout<Element>.stride)
  }
}
