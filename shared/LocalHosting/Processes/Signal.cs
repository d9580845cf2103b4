using System.Runtime.InteropServices;

namespace Chokepoint.LocalHosting.Processes;

/// <summary>POSIX signals by their numbers on Linux and macOS where the two agree, and by platform where they do not.</summary>
public static class Signal
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    public static int Stop { get; } = OperatingSystem.IsMacOS() ? 17 : 19;

    public static int Continue { get; } = OperatingSystem.IsMacOS() ? 19 : 18;

    /// <returns>False when there is no such process.</returns>
    public static bool Send(int processId, int signal) => NativeKill(processId, signal) == 0;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeKill(int processId, int signal);
}
