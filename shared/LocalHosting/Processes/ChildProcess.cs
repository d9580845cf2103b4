using System.Diagnostics;

namespace Chokepoint.LocalHosting.Processes;

/// <summary>How to start a <see cref="ChildProcess"/>.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="FileName">The program; the process that results is this program itself, whatever wraps it.</param>
public sealed record ChildProcessStart(string Name, string FileName, IReadOnlyList<string> Arguments)
{
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    public string? WorkingDirectory { get; init; }

    /// <summary>The unprivileged user to become, when started by root; null to stay who we are.</summary>
    public Account? User { get; init; }

    /// <summary>A file that standard output and error are appended to; null to hand them line by line to <see cref="OnOutput"/>.</summary>
    public string? LogFile { get; init; }

    public Action<string>? OnOutput { get; init; }
}

/// <summary>
/// A process of our own, in a session of its own: a Ctrl-C in the terminal reaches only the platform, which then stops its
/// children in order.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;

    private ChildProcess(string name, Process process, ProcessIdentity identity)
    {
        Name = name;
        this.process = process;
        Identity = identity;
    }

    public string Name { get; }

    public ProcessIdentity Identity { get; }

    public int Id => Identity.Id;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    public static ChildProcess Start(ChildProcessStart start)
    {
        var command = new List<string>();
        if (start.LogFile is { } log) command.AddRange(["/bin/sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log]);
        command.AddRange(SessionPrefix());
        if (start.User is { } user) command.AddRange(["setpriv", $"--reuid={user.UserId}", $"--regid={user.GroupId}", "--init-groups", "--"]);
        command.Add(start.FileName);
        command.AddRange(start.Arguments);

        var info = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = start.WorkingDirectory ?? "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = start.LogFile is null,
            RedirectStandardError = start.LogFile is null,
        };
        foreach (var (name, value) in start.Environment)
        {
            if (value is null) info.Environment.Remove(name);
            else info.Environment[name] = value;
        }

        var started = new Process { StartInfo = info };
        try
        {
            started.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            started.Dispose();
            throw new LocalHostingException($"{start.Name} did not start: {e.Message}", e);
        }
        started.StandardInput.Close();
        if (start.LogFile is null)
        {
            started.OutputDataReceived += (_, line) => Forward(line.Data);
            started.ErrorDataReceived += (_, line) => Forward(line.Data);
            started.BeginOutputReadLine();
            started.BeginErrorReadLine();
        }
        // One that has died already is identified by an impossible start time: nobody else will be taken for it.
        return new ChildProcess(start.Name, started, ProcessIdentity.Of(started.Id) ?? new ProcessIdentity(started.Id, -1));

        void Forward(string? line)
        {
            if (line is not null) start.OnOutput?.Invoke(line);
        }
    }

    /// <summary>Runs a program to its end and returns its exit code and its output, both streams together.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(ChildProcessStart start, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        await using var child = Start(start with { LogFile = null, OnOutput = Collect });
        await child.WaitForExitAsync(cancellationToken);
        lock (lines) return (child.ExitCode, string.Join('\n', lines));

        void Collect(string line)
        {
            lock (lines) lines.Add(line);
        }
    }

    public bool Send(int signal) => !process.HasExited && Signal.Send(Id, signal);

    public Task WaitForExitAsync(CancellationToken cancellationToken = default) => process.WaitForExitAsync(cancellationToken);

    /// <summary>Asks the process to end, and ends it by force when it has not within <paramref name="grace"/>.</summary>
    public async Task StopAsync(TimeSpan grace, int signal = Signal.Terminate)
    {
        if (Send(signal))
        {
            using var deadline = new CancellationTokenSource(grace);
            try
            {
                await WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                Send(Signal.Kill);
            }
        }
        await WaitForExitAsync();
    }

    /// <summary>Ends the process at once, as a crash would.</summary>
    public async Task KillAsync()
    {
        Send(Signal.Kill);
        await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }

    // setsid(1) executes in place when it is not a group's leader already, which a fresh child never is: the id stays the same.
    private static string[] SessionPrefix() => OperatingSystem.IsMacOS()
        ? ["/usr/bin/perl", "-MPOSIX", "-e", "POSIX::setsid(); exec @ARGV or exit 127", "--"]
        : ["setsid"];
}
