namespace Chokepoint.LocalHosting.Engine;

/// <summary>The platform's output: every line under the name of the resource that it comes from.</summary>
internal sealed class PlatformConsole(TextWriter output)
{
    private static readonly int[] Colours = [36, 32, 33, 35, 34, 96, 92, 93, 95, 94];
    private static readonly bool Coloured = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> colourOf = new(StringComparer.Ordinal);

    public void Line(string resource, string text)
    {
        lock (gate)
        {
            if (!colourOf.TryGetValue(resource, out var colour)) colourOf[resource] = colour = Colours[colourOf.Count % Colours.Length];
            Write(Coloured ? $"\u001b[{colour}m{resource,-14}\u001b[0m {text}" : $"{resource,-14} {text}");
        }
    }

    /// <summary>A line of the platform itself, without a prefix.</summary>
    public void Announce(string text)
    {
        lock (gate) Write(text);
    }

    private void Write(string text)
    {
        try
        {
            output.WriteLine(text);
            output.Flush();
        }
        catch (IOException)
        {
            // The disk that takes the output is full, or its reader has gone: the platform runs on without these lines.
        }
    }
}
