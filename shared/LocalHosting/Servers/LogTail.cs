namespace Chokepoint.LocalHosting.Servers;

/// <summary>The end of a server's log, to quote when the server fails.</summary>
internal static class LogTail
{
    /// <summary>The last lines that hold one of some words, or the last line of all.</summary>
    public static string Reason(string logFile, params string[] words)
    {
        if (!File.Exists(logFile)) return "it left no log";
        var lines = File.ReadLines(logFile).TakeLast(200).Where(line => !string.IsNullOrWhiteSpace(line)).ToArray();
        var telling = lines.Where(line => words.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase))).TakeLast(2).ToArray();
        return string.Join(" / ", telling.Length > 0 ? telling : lines.TakeLast(1)).Trim();
    }
}
